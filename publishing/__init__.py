"""What readers get: the site, reports, recordings and datasets; here the parts they share."""
