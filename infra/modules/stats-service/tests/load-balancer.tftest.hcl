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
    condition     = aws_lb_listener.https[0].protocol == "HTTPS" && aws_lb_listener.https[0].port == 443 && aws_lb_listener.https[0].certificate_arn == var.certificate_arn
    error_message = "There must be a TLS listener with the certificate."
  }

  assert {
    condition     = startswith(aws_lb_listener.https[0].ssl_policy, "ELBSecurityPolicy-TLS13-1-2-")
    error_message = "TLS must be 1.2 or 1.3."
  }

  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "redirect" && one(aws_lb_listener.http.default_action[0].redirect[*].protocol) == "HTTPS" && aws_lb_listener.http.default_action[0].target_group_arn == null
    error_message = "Plain HTTP must be redirected to HTTPS."
  }

  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.desync_mitigation_mode == "strictest"
    error_message = "Ambiguous requests must be rejected."
  }

  assert {
    condition     = aws_lb.this.idle_timeout < 72
    error_message = "The load balancer must close idle connections before the service, which closes them after 72 s."
  }

  assert {
    condition     = aws_lb.this.enable_deletion_protection
    error_message = "The load balancer must be protected."
  }

  assert {
    condition     = aws_lb_target_group.service.health_check[0].path == "/livez" && aws_lb_target_group.service.deregistration_delay == "15"
    error_message = "An unavailable database must not make ECS replace tasks. A stopping task must have 15 s to drain."
  }

  assert {
    condition     = aws_lb.this.access_logs[0].enabled && aws_lb.this.access_logs[0].bucket == aws_s3_bucket.load_balancer_logs.bucket
    error_message = "Requests must be logged."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.load_balancer_logs.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "The logs must be encrypted."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.load_balancer_logs.block_public_acls,
      aws_s3_bucket_public_access_block.load_balancer_logs.block_public_policy,
      aws_s3_bucket_public_access_block.load_balancer_logs.ignore_public_acls,
      aws_s3_bucket_public_access_block.load_balancer_logs.restrict_public_buckets,
    ])
    error_message = "The logs must not be public."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.load_balancer_logs.rule[0].expiration[0].days == 90
    error_message = "The logs must expire."
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_s3_bucket_policy.load_balancer_logs.policy).Statement :
      statement.Effect == "Deny" ? statement.Condition.Bool["aws:SecureTransport"] == "false" :
      statement.Principal == { Service = "logdelivery.elasticloadbalancing.amazonaws.com" } && statement.Action == "s3:PutObject"
    ]) && contains([for statement in jsondecode(aws_s3_bucket_policy.load_balancer_logs.policy).Statement : statement.Effect], "Deny")
    error_message = "Only load balancers may write the logs, and only over TLS."
  }
}

run "plain_http" {
  variables {
    allow_plain_http = true
    certificate_arn  = null
  }

  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "forward" && length(aws_lb_listener.https) == 0
    error_message = "With allow_plain_http and without a certificate, HTTP must be served."
  }

  assert {
    condition     = [for rule in aws_vpc_security_group_ingress_rule.clients : rule.from_port] == [80]
    error_message = "A port without a listener must be closed."
  }

  assert {
    condition     = aws_lb.this.internal
    error_message = "Plain HTTP must require an internal load balancer."
  }
}
