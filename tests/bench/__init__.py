"""The benchmark: pages and commands against a clinic of few and of very many clients, beside a page that does next to nothing."""
