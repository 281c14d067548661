"""What plans will take: prices, speeds, earlier runs, and two plans side by side."""
