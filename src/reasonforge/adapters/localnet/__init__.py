"""A local network without Substrate: one process keeps a chain in memory, others reach it on loopback.

For local networks and tests. Nothing is signed: whoever can open a socket on this machine can speak for any hotkey and
let blocks pass. Nothing is kept: the chain is gone with the process that serves it.
"""
