pytest_plugins = ["walrus_localnet.chain.sandbox.pytest_plugin"]
