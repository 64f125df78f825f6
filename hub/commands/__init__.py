"""The groups of the command line, one file each; they ask the running hub and decide nothing."""
