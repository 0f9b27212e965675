"""What Alembic runs: the connection is handed over by `caseapp.core.migrate`, which has prepared it."""

from alembic import context

from caseapp import load_models
from caseapp.core import migrate
from caseapp.core.db import Base

load_models()
connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, **migrate.OPTIONS)
with context.begin_transaction():
    context.run_migrations()
