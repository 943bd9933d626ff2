"""What the node answers for, accepts, vouches for, hands out and gives up."""
