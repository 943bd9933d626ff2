"""The official Move compiler and test runner driven from Python, and the compiled packages of this project.

`artifacts` reads compiled packages and needs neither compiler nor network; everything else here is for developers
who change Move code (move_toolchain.md §1).
"""
