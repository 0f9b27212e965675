"""Long work: asked for on a page, done by `flask --app wsgi work` on any server, told step by step, stopped or taken up again."""
