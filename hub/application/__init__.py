"""What can be done: use cases, the guard that decides, the facts it needs, and the ports to the outside."""
