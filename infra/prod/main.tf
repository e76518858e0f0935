terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # terraform init -backend-config=prod.s3.tfbackend names the bucket.
  backend "s3" {}
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      Application = "stats-service"
      Environment = var.environment
      ManagedBy   = "terraform"
    }
  }
}

module "stats_service" {
  source = "../modules/stats-service"

  environment      = var.environment
  region           = var.region
  image_tag        = var.image_tag
  cpu_architecture = var.cpu_architecture
  log_level        = var.log_level
  alarm_email      = var.alarm_email

  vpc_cidr         = var.vpc_cidr
  internal         = var.internal
  allowed_cidrs    = var.allowed_cidrs
  allow_plain_http = var.allow_plain_http
  certificate_arn  = var.certificate_arn

  database_kms_key_arn    = aws_kms_key.database.arn
  database_version        = var.database_version
  database_upgrade        = var.database_upgrade
  database_instance_class = var.database_instance_class
  database_storage_gb     = var.database_storage_gb
  database_max_storage_gb = var.database_max_storage_gb

  deletion_protection = var.deletion_protection
}
