"""How `make lab` serves the notebooks: the kernel's answers go out at once.

A kernel says "busy" and then answers. Both are small packets, and unless told otherwise TCP holds back the second until
the browser has acknowledged the first, which takes it up to 40 ms: longer than all the rest of a live view's update.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class Prompt(ZMQChannelsWebsocketConnection):
    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c.ServerApp.kernel_websocket_connection_class = Prompt
# Jupyter talks to its kernels in plain text unless told otherwise, and warns of it.
c.KernelManager.transport_encryption = "auto"
# Nothing else is read that would bring them in.
c.ServerApp.jpserver_extensions = {"jupyter_lsp": True, "jupyter_server_terminals": True}
