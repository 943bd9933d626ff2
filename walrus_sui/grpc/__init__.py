"""gRPC as both ends here speak it: grpclib's connections with fewer system calls, messages with less work a field.

Nothing in here knows what is said over the wire.
"""
