"""A development broker that speaks AMQP 0-9-1 as RabbitMQ 3.10 does, on loopback, with its durable part in SQLite.

For a laptop, never for production: one process, messages in memory as well as in the file, no TLS. It has no streams,
transactions, policies or plugins. After a restart every message says that it may have been delivered before.
"""
