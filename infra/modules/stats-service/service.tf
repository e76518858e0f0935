resource "aws_ecs_cluster" "this" {
  name = local.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }

  depends_on = [aws_cloudwatch_log_group.this]
}

locals {
  # Before the first deploy there is no image. The revision is then only a template for the deploy.
  image = "${aws_ecr_repository.this.repository_url}:${coalesce(var.image_tag, "none")}"

  # The `aws` stage of the Dockerfile. Its entry point is the program, and its user 1000 is node.
  container = {
    name                   = "stats-service"
    image                  = local.image
    essential              = true
    user                   = "1000:1000"
    privileged             = false
    readonlyRootFilesystem = true
    # The graceful shutdown takes at most 9 s.
    stopTimeout     = 30
    linuxParameters = { capabilities = { drop = ["ALL"] }, initProcessEnabled = true }
    # Each connection needs a file descriptor, and the default limit is 1024.
    ulimits = [{ name = "nofile", softLimit = 65535, hardLimit = 65535 }]

    secrets = concat(
      [for name in sort(keys(local.settings)) : { name = name, valueFrom = aws_ssm_parameter.settings[name].arn }],
      [
        { name = "PGPASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
        { name = "PGUSER", valueFrom = "${local.database_secret_arn}:username::" },
      ],
    )
  }

  liveness = "fetch('http://127.0.0.1:${local.port}/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"

  log_configuration = {
    logDriver = "awslogs"
    options = {
      awslogs-group  = aws_cloudwatch_log_group.this["tasks"].name
      awslogs-region = var.region
    }
  }

  service_container = merge(local.container, {
    command      = ["serve", "--no-migrate", "--host", "0.0.0.0", "--trusted-proxies", var.vpc_cidr]
    portMappings = [{ containerPort = local.port, protocol = "tcp" }]
    healthCheck = {
      command     = ["CMD", "node", "-e", local.liveness]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 20
    }
    logConfiguration = merge(local.log_configuration, {
      options = merge(local.log_configuration.options, { awslogs-stream-prefix = "serve" })
    })
  })
}

resource "aws_ecs_task_definition" "service" {
  family                   = local.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task_cpu
  memory                   = var.task_memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode([local.service_container])
  # A rollback needs the previous revisions.
  skip_destroy = true

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.cpu_architecture
  }
}

resource "aws_ecs_service" "this" {
  name             = local.name
  cluster          = aws_ecs_cluster.this.id
  task_definition  = aws_ecs_task_definition.service.arn
  desired_count    = var.image_tag == null ? 0 : var.min_tasks
  launch_type      = "FARGATE"
  platform_version = "1.4.0"

  enable_execute_command            = false
  enable_ecs_managed_tags           = true
  propagate_tags                    = "SERVICE"
  availability_zone_rebalancing     = "ENABLED"
  health_check_grace_period_seconds = 60
  wait_for_steady_state             = true

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = [for zone in local.zones : aws_subnet.service[zone].id]
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.service.arn
    container_name   = local.container.name
    container_port   = local.port
  }

  # Deploys set the revision, because they migrate the schema first. Autoscaling sets the number of tasks.
  lifecycle {
    ignore_changes = [task_definition, desired_count]
  }

  # ECS rejects a service whose target group is not attached to a load balancer. The tasks cannot start
  # without the permissions and the endpoints.
  depends_on = [
    aws_iam_role_policy.execution,
    aws_lb_listener.http,
    aws_lb_listener.https,
    aws_vpc_endpoint.interface,
    aws_vpc_endpoint.s3,
  ]
}
