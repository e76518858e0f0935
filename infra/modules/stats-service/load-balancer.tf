resource "aws_lb" "this" {
  name               = local.name
  load_balancer_type = "application"
  internal           = var.internal
  security_groups    = [aws_security_group.load_balancer.id]
  subnets            = [for zone in local.zones : var.internal ? aws_subnet.service[zone].id : aws_subnet.public[zone].id]

  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = var.deletion_protection
  # Less than the 72 s of the service, so that the service never closes a connection in use.
  idle_timeout = 60

  access_logs {
    bucket  = aws_s3_bucket.load_balancer_logs.bucket
    enabled = true
  }

  # AWS writes a test object when logging is enabled, and a public load balancer needs an internet route.
  depends_on = [
    aws_route.public,
    aws_s3_bucket_policy.load_balancer_logs,
    aws_s3_bucket_server_side_encryption_configuration.load_balancer_logs,
  ]
}

resource "aws_lb_target_group" "service" {
  name                 = local.name
  vpc_id               = aws_vpc.this.id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = local.port
  deregistration_delay = 15

  # ECS replaces unhealthy tasks. With /readyz it would replace every task while the database is unavailable.
  # A rollout still waits for the database, because a task listens only after it has checked the schema.
  health_check {
    path                = "/livez"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "https" {
  count = var.certificate_arn == null ? 0 : 1

  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.service.arn
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type             = var.allow_plain_http ? "forward" : "redirect"
    target_group_arn = var.allow_plain_http ? aws_lb_target_group.service.arn : null

    dynamic "redirect" {
      for_each = var.allow_plain_http ? [] : [1]

      content {
        protocol    = "HTTPS"
        port        = "443"
        status_code = "HTTP_301"
      }
    }
  }
}
