mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  database_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/99999999-2222-3333-4444-555555555555"
  environment          = "test"
  region               = "eu-central-1"
  image_tag            = "1.0.0"
  certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
}

run "defaults" {
  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "The key must be rotated."
  }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.kms_key_id == var.database_kms_key_arn
    error_message = "The database must be encrypted with the key that outlives the environment."
  }

  assert {
    condition     = aws_db_instance.this.master_user_secret_kms_key_id == aws_kms_key.this.arn && aws_db_instance.this.performance_insights_kms_key_id == aws_kms_key.this.arn
    error_message = "The password and the Performance Insights data must be encrypted with the key of the module."
  }

  assert {
    condition     = aws_ecr_repository.this.encryption_configuration[0].encryption_type == "KMS" && aws_ecr_repository.this.encryption_configuration[0].kms_key == aws_kms_key.this.arn
    error_message = "Images must be encrypted."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == aws_kms_key.this.arn])
    error_message = "Logs must be encrypted."
  }

  assert {
    condition     = alltrue([for parameter in aws_ssm_parameter.settings : parameter.type == "SecureString" && parameter.key_id == aws_kms_key.this.arn])
    error_message = "Settings must be encrypted."
  }

  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == aws_kms_key.this.arn
    error_message = "Alarms must be encrypted."
  }

  assert {
    condition     = !aws_db_instance.this.publicly_accessible && aws_db_subnet_group.this.subnet_ids == toset([for subnet in aws_subnet.database : subnet.id])
    error_message = "The database must be in private subnets."
  }

  assert {
    condition     = aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && !aws_db_instance.this.delete_automated_backups
    error_message = "The database must have deletion protection and a final snapshot."
  }

  assert {
    condition     = aws_db_instance.this.final_snapshot_identifier == "stats-service-test-final-99999999"
    error_message = "The name of the final snapshot must differ from that of a previous environment with the same name."
  }

  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.backup_retention_period == 14
    error_message = "The database must be in two zones and backed up for 14 days."
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "rds.force_ssl"]) == "1" && aws_db_instance.this.parameter_group_name == aws_db_parameter_group.this.name
    error_message = "The database must reject connections without TLS."
  }

  assert {
    condition     = aws_ssm_parameter.settings["STATS_DATABASE_URL"].value == "postgres://stats-service-test.mocked.eu-central-1.rds.amazonaws.com:5432/stats?sslmode=verify-full&sslrootcert=/etc/ssl/rds-global-bundle.pem"
    error_message = "The service must verify the certificate of the database, and the URL must not contain a password."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password == true && aws_db_instance.this.password == null
    error_message = "RDS must manage the password, so that Terraform does not know it."
  }

  assert {
    condition     = aws_db_instance.this.storage_type == "gp3" && aws_db_instance.this.auto_minor_version_upgrade && aws_db_instance.this.performance_insights_enabled
    error_message = "The database must be on gp3, upgrade minor versions automatically, and be monitored."
  }

  assert {
    condition     = aws_db_instance.this.enabled_cloudwatch_logs_exports == toset(["postgresql", "upgrade"])
    error_message = "The logs of the database must be exported."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.password_rotated.event_pattern).detail.additionalEventData.SecretId == [local.database_secret_arn]
    error_message = "The rotation of this secret, and of no other, must replace the tasks."
  }

  assert {
    condition     = jsondecode(aws_ssm_document.replace_tasks.content).mainSteps[0].inputs.forceNewDeployment && jsondecode(aws_ssm_document.replace_tasks.content).mainSteps[0].inputs.service == aws_ecs_service.this.name
    error_message = "A rotated password must start a new deployment of the service."
  }

  assert {
    condition     = !aws_secretsmanager_secret_rotation.database.rotate_immediately
    error_message = "An apply must not change the password."
  }
}

run "version_18" {
  variables {
    database_version = "18"
  }

  assert {
    condition     = aws_db_instance.this.engine_version == "18" && aws_db_parameter_group.this.family == "postgres18"
    error_message = "The parameter group must be for the version of the database."
  }

  assert {
    condition     = aws_db_instance.this.allow_major_version_upgrade == false && aws_db_instance.this.apply_immediately == false
    error_message = "A major upgrade must need database_upgrade, and other changes must wait for the maintenance window."
  }
}

run "upgrades_are_applied_immediately" {
  variables {
    database_version = "18"
    database_upgrade = true
  }

  assert {
    condition     = aws_db_instance.this.allow_major_version_upgrade && aws_db_instance.this.apply_immediately
    error_message = "An upgrade must be applied immediately, because the old parameter group cannot be deleted before the upgrade."
  }
}

run "null_means_the_default" {
  variables {
    database_version        = null
    database_upgrade        = null
    database_instance_class = null
    database_storage_gb     = null
    deletion_protection     = null
  }

  assert {
    condition     = aws_db_instance.this.engine_version == "17" && aws_db_instance.this.allocated_storage == 50 && aws_db_instance.this.deletion_protection
    error_message = "null must mean the default of the module."
  }
}

run "log_retention" {
  variables {
    log_retention_days = 30
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days == 30])
    error_message = "All logs must have the same retention."
  }
}
