"""Districts: the region, its communes, neighbourhoods and statistical sectors, and who lives in them."""
