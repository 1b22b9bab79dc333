"""What tests are written with: sealed surroundings, stories over real git, pictures of the outcome."""
