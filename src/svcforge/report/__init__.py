"""What users read: findings, change sets and running systems in the formats that people and machines want."""
