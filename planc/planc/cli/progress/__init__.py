"""What people see while a run goes on: `live` is a table that redraws itself, `plain` a line an event for pipes."""
