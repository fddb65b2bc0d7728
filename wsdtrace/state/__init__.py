"""HTTP exchanges and datagrams → devices, clients, exchanges, subscriptions and jobs. All memory lives here."""
