# Snapshots and backups of a destroyed environment can be read only with the key that encrypted them, so
# Terraform must not delete it. The key is not in the module, because terraform test could not destroy it.
resource "aws_kms_key" "database" {
  description             = "stats-service-${var.environment}: the database, its snapshots and backups"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "database" {
  name          = "alias/stats-service-${var.environment}-database"
  target_key_id = aws_kms_key.database.key_id
}
