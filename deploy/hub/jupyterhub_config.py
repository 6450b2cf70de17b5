"""What the hub itself has to know: a student begins on the notebook that leads into the others, with so much memory."""

c.Spawner.default_url = "/lab/tree/nn-notes/index.ipynb"
# A class comes all at once: on two cores the tenth server takes half a minute until it answers, and the thirtieth more.
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
# A server, and six notebooks that have run; docs/hub.md has the numbers.
c.Spawner.mem_limit = "1G"
