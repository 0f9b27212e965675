"""What weeks lack, whose they are, and the free sessions that make up for it. Fixed in statements, however many clients."""
