"""The blueprint that the pages of programs hang on."""

from flask import Blueprint

bp = Blueprint("programs", __name__, url_prefix="/admin/programs")
