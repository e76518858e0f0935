mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  database_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/99999999-2222-3333-4444-555555555555"
  environment          = "test"
  region               = "eu-central-1"
  certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
}

run "environment_with_capitals" {
  command = plan

  variables {
    environment = "Prod"
  }

  expect_failures = [var.environment]
}

run "environment_too_long" {
  command = plan

  variables {
    environment = "a2345678901234567"
  }

  expect_failures = [var.environment]
}

run "environment_ending_with_a_hyphen" {
  command = plan

  variables {
    environment = "prod-"
  }

  expect_failures = [var.environment]
}

run "region_without_a_number" {
  command = plan

  variables {
    region = "frankfurt"
  }

  expect_failures = [var.region]
}

run "image_tag_latest" {
  command = plan

  variables {
    image_tag = "latest"
  }

  expect_failures = [var.image_tag]
}

run "image_tag_with_a_space" {
  command = plan

  variables {
    image_tag = "1.0 0"
  }

  expect_failures = [var.image_tag]
}

run "architecture_unknown" {
  command = plan

  variables {
    cpu_architecture = "arm"
  }

  expect_failures = [var.cpu_architecture]
}

run "cpu_unsupported_by_fargate" {
  command = plan

  variables {
    task_cpu    = 768
    task_memory = 2048
  }

  expect_failures = [var.task_cpu]
}

run "memory_too_small" {
  command = plan

  variables {
    task_memory = 1024
  }

  expect_failures = [var.task_memory]
}

run "memory_too_large" {
  command = plan

  variables {
    task_memory = 16384
  }

  expect_failures = [var.task_memory]
}

run "a_single_task" {
  command = plan

  variables {
    min_tasks = 1
  }

  expect_failures = [var.min_tasks]
}

run "max_tasks_below_min_tasks" {
  command = plan

  variables {
    min_tasks = 4
    max_tasks = 3
  }

  expect_failures = [var.max_tasks]
}

run "no_requests" {
  command = plan

  variables {
    requests_per_target = 0
  }

  expect_failures = [var.requests_per_target]
}

run "log_level_unknown" {
  command = plan

  variables {
    log_level = "debug"
  }

  expect_failures = [var.log_level]
}

run "retention_unsupported_by_cloudwatch" {
  command = plan

  variables {
    log_retention_days = 91
  }

  expect_failures = [var.log_retention_days]
}

run "email_without_a_host" {
  command = plan

  variables {
    alarm_email = "operators"
  }

  expect_failures = [var.alarm_email]
}

run "vpc_too_small" {
  command = plan

  variables {
    vpc_cidr = "10.0.0.0/24"
  }

  expect_failures = [var.vpc_cidr]
}

run "vpc_malformed" {
  command = plan

  variables {
    vpc_cidr = "10.0.0.0"
  }

  expect_failures = [var.vpc_cidr]
}

run "public_without_allowed_cidrs" {
  command = plan

  variables {
    internal = false
  }

  expect_failures = [var.allowed_cidrs]
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

run "allowed_cidr_malformed" {
  command = plan

  variables {
    allowed_cidrs = ["198.51.100.300/28"]
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

run "no_certificate" {
  command = plan

  variables {
    certificate_arn = null
  }

  expect_failures = [var.certificate_arn]
}

run "certificate_of_iam" {
  command = plan

  variables {
    certificate_arn = "arn:aws:iam::123456789012:server-certificate/x"
  }

  expect_failures = [var.certificate_arn]
}

run "database_too_old" {
  command = plan

  variables {
    database_version = "16"
  }

  expect_failures = [var.database_version]
}

run "instance_class_malformed" {
  command = plan

  variables {
    database_instance_class = "m7g.large"
  }

  expect_failures = [var.database_instance_class]
}

run "storage_too_small" {
  command = plan

  variables {
    database_storage_gb = 10
  }

  expect_failures = [var.database_storage_gb]
}

run "storage_that_cannot_grow" {
  command = plan

  variables {
    database_storage_gb     = 100
    database_max_storage_gb = 100
  }

  expect_failures = [var.database_max_storage_gb]
}

run "key_of_the_database_malformed" {
  command = plan

  variables {
    database_kms_key_arn = "alias/database"
  }

  expect_failures = [var.database_kms_key_arn]
}

run "rotation_malformed" {
  command = plan

  variables {
    database_password_rotation = "monthly"
  }

  expect_failures = [var.database_password_rotation]
}
