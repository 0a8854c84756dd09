"""The execution's input: its fields, their checks, and the candidates that it asks for."""
