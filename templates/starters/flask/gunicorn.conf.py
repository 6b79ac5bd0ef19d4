# Threads, so that a client that is slow, or connects and asks nothing, does not keep the others waiting.
threads = 4

# A connection for each request: none is closed just when a load balancer takes it for the next one.
keepalive = 0

# Seconds that requests may still take after SIGTERM.
graceful_timeout = 5

# Nothing is written to the disk; in a container it may be read-only.
control_socket_disable = True
