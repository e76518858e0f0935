locals {
  # The `aws` stage of the Dockerfile stores the certificate authorities of RDS at this path.
  database_ca = "/etc/ssl/rds-global-bundle.pem"

  # The service reads the user and the password from PGUSER and PGPASSWORD.
  database_url = "postgres://${aws_db_instance.this.address}:5432/${aws_db_instance.this.db_name}?sslmode=verify-full&sslrootcert=${local.database_ca}"

  settings = {
    STATS_DATABASE_URL = local.database_url
    STATS_LOG_LEVEL    = var.log_level
    STATS_PORT         = tostring(local.port)
  }

  database_secret_arn = aws_db_instance.this.master_user_secret[0].secret_arn
}

resource "aws_ssm_parameter" "settings" {
  for_each = local.settings

  name   = "/${local.name}/${each.key}"
  type   = "SecureString"
  key_id = aws_kms_key.this.arn
  value  = each.value
}
