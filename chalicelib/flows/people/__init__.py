"""Who somebody is: visitors' rooms that become their customers', and addresses that are proven."""
