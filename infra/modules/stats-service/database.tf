resource "aws_db_subnet_group" "this" {
  name       = local.name
  subnet_ids = [for zone in local.zones : aws_subnet.database[zone].id]
}

resource "aws_db_parameter_group" "this" {
  # A new major version needs a new parameter group, created before the old one is destroyed.
  name_prefix = "${local.name}-pg${var.database_version}-"
  family      = "postgres${var.database_version}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  identifier     = local.name
  engine         = "postgres"
  engine_version = var.database_version
  instance_class = var.database_instance_class
  db_name        = "stats"
  username       = "stats"

  manage_master_user_password   = true
  master_user_secret_kms_key_id = aws_kms_key.this.arn

  storage_type          = "gp3"
  allocated_storage     = var.database_storage_gb
  max_allocated_storage = var.database_max_storage_gb
  storage_encrypted     = true
  kms_key_id            = var.database_kms_key_arn

  multi_az               = true
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  port                   = 5432
  parameter_group_name   = aws_db_parameter_group.this.name
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period  = 14
  backup_window            = "01:00-02:00"
  copy_tags_to_snapshot    = true
  delete_automated_backups = false
  deletion_protection      = var.deletion_protection
  skip_final_snapshot      = false
  # The key makes the name unique: a recreated environment still has the final snapshot of the previous one.
  final_snapshot_identifier = "${local.name}-final-${substr(split("/", var.database_kms_key_arn)[1], 0, 8)}"

  maintenance_window          = "sun:02:30-sun:03:30"
  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = var.database_upgrade
  # Changes that restart the database wait for the maintenance window. An upgrade is applied immediately:
  # until then the old parameter group is in use and cannot be deleted.
  apply_immediately = var.database_upgrade

  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.this.arn
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]

  depends_on = [aws_cloudwatch_log_group.this]
}
