"""What every part of the application leans on: errors, logging, input checks, outgoing HTTP and files."""
