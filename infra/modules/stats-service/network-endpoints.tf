locals {
  endpoints = toset(["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm"])

  # Without this policy, an attacker in a task could send data to another account through the endpoints.
  own_account_only = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "*"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalAccount" = local.account_id } }
    }]
  }

  # ECR stores image layers in its own S3 bucket.
  image_layers_only = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:${local.partition}:s3:::prod-${var.region}-starport-layer-bucket/*"
    }]
  }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.endpoints

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.region}.${each.value}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for zone in local.zones : aws_subnet.service[zone].id]
  security_group_ids  = [aws_security_group.endpoints.id]
  policy              = jsonencode(local.own_account_only)
  tags                = { Name = "${local.name}-${each.value}" }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for zone in local.zones : aws_route_table.service[zone].id]
  policy            = jsonencode(local.image_layers_only)
  tags              = { Name = "${local.name}-s3" }
}
