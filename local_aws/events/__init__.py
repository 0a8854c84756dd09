"""Events and what they reach: targets of rules and schedules, topics, alarms, functions and their logs."""
