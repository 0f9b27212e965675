"""How passwords are hashed: Argon2id, with the parameters that the library holds to be right."""

import secrets

from argon2 import PasswordHasher

hasher = PasswordHasher()
# Verified when there is no such account, so that both refusals take the same time.
NOBODY = hasher.hash(secrets.token_hex(8))
