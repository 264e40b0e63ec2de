"""What an operator sees of a running process: metrics, logs, traces and the pages that show them."""
