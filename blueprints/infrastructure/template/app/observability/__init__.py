"""What an operator sees of the running application: health, metrics and traces."""
