"""Commands about a network and what moves on it: facts, health, coins, stake."""
