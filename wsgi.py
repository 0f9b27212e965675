"""What a production server and the `flask` command load."""

from caseapp import create_app
from config import Settings

app = create_app(Settings.from_environment())
