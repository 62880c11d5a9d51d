"""What each payment has authorised, captured, cancelled and refunded, and its captures."""
