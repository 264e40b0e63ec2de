"""Runs programs in containers of a Docker engine on this machine; only this folder imports docker-py.

Who can speak to the engine's socket is root on its machine. So the validator does not: the runner service
(adapters/runner, `reasonforge sandbox serve`) holds this adapter, and offers nothing but `Sandbox`.
"""
