"""A development broker that speaks AMQP 0-9-1 as RabbitMQ 3.10 does, on loopback, with its durable part in SQLite."""
