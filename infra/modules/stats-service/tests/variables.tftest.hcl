mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  database_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/99999999-2222-3333-4444-555555555555"
  environment          = "test"
  region               = "eu-central-1"
  certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
}

# A run takes about a second, so each one sets several variables to an invalid value.

run "text_of_another_form" {
  command = plan

  variables {
    environment                = "Prod"
    region                     = "frankfurt"
    image_tag                  = "latest"
    cpu_architecture           = "arm"
    log_level                  = "debug"
    alarm_email                = "operators"
    vpc_cidr                   = "10.0.0.0"
    certificate_arn            = "arn:aws:iam::123456789012:server-certificate/x"
    database_instance_class    = "m7g.large"
    database_kms_key_arn       = "alias/database"
    database_password_rotation = "monthly"
    allowed_cidrs              = ["198.51.100.300/28"]
  }

  expect_failures = [
    var.environment,
    var.region,
    var.image_tag,
    var.cpu_architecture,
    var.log_level,
    var.alarm_email,
    var.vpc_cidr,
    var.certificate_arn,
    var.database_instance_class,
    var.database_kms_key_arn,
    var.database_password_rotation,
    var.allowed_cidrs,
  ]
}

run "numbers_outside_their_range" {
  command = plan

  variables {
    environment         = "a2345678901234567"
    vpc_cidr            = "10.0.0.0/24"
    task_memory         = 1024
    min_tasks           = 1
    requests_per_target = 0
    log_retention_days  = 91
    database_version    = "16"
    database_storage_gb = 10
  }

  expect_failures = [
    var.environment,
    var.vpc_cidr,
    var.task_memory,
    var.min_tasks,
    var.requests_per_target,
    var.log_retention_days,
    var.database_version,
    var.database_storage_gb,
  ]
}

run "values_that_do_not_fit_each_other" {
  command = plan

  variables {
    task_memory             = 16384
    min_tasks               = 4
    max_tasks               = 3
    internal                = false
    database_storage_gb     = 100
    database_max_storage_gb = 100
  }

  expect_failures = [
    var.task_memory,
    var.max_tasks,
    var.allowed_cidrs,
    var.database_max_storage_gb,
  ]
}

run "missing_or_with_wrong_characters" {
  command = plan

  variables {
    environment     = "prod-"
    image_tag       = "1.0 0"
    certificate_arn = null
    task_cpu        = 768
    task_memory     = 2048
  }

  expect_failures = [
    var.environment,
    var.image_tag,
    var.certificate_arn,
    var.task_cpu,
  ]
}

run "public_for_the_whole_internet" {
  command = plan

  variables {
    internal      = false
    allowed_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.allowed_cidrs]
}

run "public_for_two_halves_of_the_internet" {
  command = plan

  variables {
    internal      = false
    allowed_cidrs = ["0.0.0.0/1", "128.0.0.0/1"]
  }

  expect_failures = [var.allowed_cidrs]
}

run "public_in_plain_http" {
  command = plan

  variables {
    internal         = false
    allowed_cidrs    = ["198.51.100.0/28"]
    allow_plain_http = true
  }

  expect_failures = [var.allow_plain_http]
}
