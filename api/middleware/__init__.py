"""What every request passes through before it reaches its route."""
