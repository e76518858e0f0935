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
    condition = alltrue([for definition in [aws_ecs_task_definition.service, aws_ecs_task_definition.migration] : alltrue([
      for container in jsondecode(definition.container_definitions) :
      container.readonlyRootFilesystem && !container.privileged && container.linuxParameters.capabilities.drop == ["ALL"]
    ])])
    error_message = "Containers must have a read-only root file system and no privileges."
  }

  assert {
    condition = alltrue([for definition in [aws_ecs_task_definition.service, aws_ecs_task_definition.migration] : alltrue([
      for container in jsondecode(definition.container_definitions) : can(regex("^[1-9][0-9]*:[1-9][0-9]*$", container.user))
    ])])
    error_message = "Containers must not run as root."
  }

  assert {
    condition     = !aws_ecs_service.this.enable_execute_command
    error_message = "Running commands in tasks must be disabled."
  }

  assert {
    condition     = aws_ecs_task_definition.service.network_mode == "awsvpc" && aws_ecs_service.this.launch_type == "FARGATE"
    error_message = "Each task must run on Fargate with its own network interface."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.service.container_definitions)[0].command == ["serve", "--no-migrate", "--host", "0.0.0.0", "--trusted-proxies", var.vpc_cidr]
    error_message = "The service must not run migrations, and must trust only the addresses of its network."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.migration.container_definitions)[0].command == ["migrate", "up"]
    error_message = "The migration task must run migrate."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.service.container_definitions)[0].image == "123456789012.dkr.ecr.eu-central-1.amazonaws.com/stats-service-test:1.0.0"
    error_message = "The image must have the tag and come from the registry of the module."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.service.container_definitions)[0].stopTimeout == 30
    error_message = "The service must have time for a graceful shutdown."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.service.container_definitions)[0].healthCheck.command[1] == "node" && strcontains(jsondecode(aws_ecs_task_definition.service.container_definitions)[0].healthCheck.command[3], "http://127.0.0.1:8080/livez")
    error_message = "The health check must detect a hung process."
  }

  assert {
    condition     = !can(jsondecode(aws_ecs_task_definition.service.container_definitions)[0].environment)
    error_message = "The task definition must not contain secrets, because many roles can read it."
  }

  assert {
    condition     = [for secret in jsondecode(aws_ecs_task_definition.service.container_definitions)[0].secrets : secret.name] == ["STATS_DATABASE_URL", "STATS_LOG_LEVEL", "STATS_PORT", "PGPASSWORD", "PGUSER"]
    error_message = "The service must get its settings and the database's user and password."
  }

  assert {
    condition = [for secret in jsondecode(aws_ecs_task_definition.migration.container_definitions)[0].secrets : secret.valueFrom if startswith(secret.name, "PG")] == [
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-mocked-abcdef:password::",
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-mocked-abcdef:username::",
    ]
    error_message = "User and password must come from the secret of RDS."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback
    error_message = "A failed rollout must be rolled back."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_minimum_healthy_percent == 100 && aws_ecs_service.this.deployment_maximum_percent == 200
    error_message = "A rollout must never leave fewer tasks than before."
  }

  assert {
    condition     = aws_ecs_service.this.wait_for_steady_state
    error_message = "Terraform must wait until the service is steady."
  }

  assert {
    condition     = aws_ecs_service.this.desired_count == 2
    error_message = "Two tasks must run."
  }

  assert {
    condition     = aws_ecs_task_definition.service.skip_destroy && aws_ecs_task_definition.migration.skip_destroy
    error_message = "Previous revisions must stay for a rollback."
  }

  assert {
    condition     = aws_appautoscaling_target.service.min_capacity == 2 && aws_appautoscaling_target.service.max_capacity == 10
    error_message = "Two to ten tasks must run."
  }

  assert {
    condition = toset([for policy in [aws_appautoscaling_policy.cpu, aws_appautoscaling_policy.requests] :
    policy.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type]) == toset(["ECSServiceAverageCPUUtilization", "ALBRequestCountPerTarget"])
    error_message = "Autoscaling must follow the CPU utilization and the requests."
  }

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "Tags must be immutable, and each image must be scanned."
  }

  assert {
    condition = [for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : "${rule.selection.tagStatus} ${rule.selection.countNumber}"] == [
      "untagged 1", "any 20",
    ]
    error_message = "The registry must keep the last 20 images and remove untagged ones."
  }

  assert {
    condition     = aws_ecs_cluster.this.setting == toset([{ name = "containerInsights", value = "enabled" }])
    error_message = "Container insights, which the alarm on running tasks needs, must be on."
  }

  assert {
    condition = keys(aws_cloudwatch_metric_alarm.this) == [
      "database-connections", "database-cpu", "database-storage", "latency-p99", "load-balancer-5xx", "running-tasks", "target-5xx", "unhealthy-hosts",
    ]
    error_message = "An alarm is missing."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([aws_sns_topic.alarms.arn])])
    error_message = "Alarms must send notifications."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["latency-p99"].extended_statistic == "p99" && aws_cloudwatch_metric_alarm.this["running-tasks"].threshold == 2 && aws_cloudwatch_metric_alarm.this["running-tasks"].treat_missing_data == "breaching"
    error_message = "The alarms must report a high p99 latency and fewer than two running tasks; missing task data must count as an alarm."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["target-5xx"].metric_name == "HTTPCode_Target_5XX_Count" && aws_cloudwatch_metric_alarm.this["target-5xx"].dimensions.TargetGroup == aws_lb_target_group.service.arn_suffix
    error_message = "An alarm on 5xx responses must report an unavailable database, because the health check does not."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "Without an email address there must be no subscription."
  }
}

run "no_task_before_the_first_deploy" {
  # A separate state, because the task count of an existing service does not change.
  state_key = "first"

  variables {
    image_tag = null
  }

  assert {
    condition     = aws_ecs_service.this.desired_count == 0
    error_message = "Without an image no task can run."
  }
}

run "architecture" {
  variables {
    cpu_architecture = "X86_64"
  }

  assert {
    condition     = aws_ecs_task_definition.service.runtime_platform[0].cpu_architecture == "X86_64" && aws_ecs_task_definition.migration.runtime_platform[0].cpu_architecture == "X86_64"
    error_message = "The task definitions must use the architecture in cpu_architecture."
  }
}

run "alarms_by_email" {
  variables {
    alarm_email = "operators@example.com"
  }

  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "operators@example.com"
    error_message = "The email address must be subscribed."
  }
}
