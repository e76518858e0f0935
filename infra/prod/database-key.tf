# Snapshots and retained backups can only be read with the key that encrypted them, and they are all that is left of an
# environment that was taken down: Terraform must not schedule the key's deletion along with the rest. It stands here since
# terraform test could not clean a module up that holds it.
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
