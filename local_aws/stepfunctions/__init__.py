"""Step Functions: state machines, executions, their histories, and Task states that call AWS."""
