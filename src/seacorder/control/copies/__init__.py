"""Copies of recorded files at other places, while a recording runs and after it: what is due, and a process for each
target that does it. Nothing here touches a target: a network folder that hangs must not hold the control process.
"""
