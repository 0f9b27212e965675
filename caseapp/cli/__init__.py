"""The commands of the contract, put together from the rooms."""
