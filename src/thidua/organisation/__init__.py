"""Who there is: units in a tree, teams, households, clusters, people; and who belongs where on which day."""
